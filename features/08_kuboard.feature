@kuboard
Feature: Kuboard
  A second console for the cluster, opened with a token. Handout 5.

  Background:
    Given both machines are reachable

  Scenario: Kuboard runs on port 32567
    When kuboard.tar is loaded and kuboard.yaml edited and applied on master
    Then the image of Kuboard is loaded on master
    And Kuboard is available
    And Kuboard's Service has node port 32567
    And Kuboard's page opens at "master"
    And Kuboard's page opens at "node"
    When Kuboard's console is opened with the token of kuboard-user
    Then Kuboard opens its console for a token and not for a wrong one
