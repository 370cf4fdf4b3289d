@calico
Feature: Calico
  The pod network makes master Ready: Pods get addresses and names resolve. Handout 3.

  Background:
    Given both machines are reachable

  @later
  Scenario: Calico connects the Pods
    When calico.yaml is applied on master
    Then Calico runs on every node that there is
    And master is Ready
    And Calico's pool is the Pods' address range

  @later
  Scenario: Calico's controllers run
    Then Calico's controllers are available

  @later @last
  Scenario: Pods have addresses and find Services by name
    Then a Pod on master gets an address from the pool
    And a Pod on master finds a Service by its name
