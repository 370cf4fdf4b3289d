@dashboard
Feature: Dashboard
  The Dashboard answers on a node port, and its administrator logs in with a token. Handout 4.1.

  Background:
    Given both machines are reachable

  @later
  Scenario: The Dashboard runs on port 30000
    When recommended.yaml is given its node port and its administrator and applied
    Then the Dashboard is available
    And the Dashboard's Service has node port 30000
    And the Dashboard answers over TLS at master's address

  @later
  Scenario: dashboard-admin administers the cluster
    Then dashboard-admin exists and is bound to cluster-admin
    And the token of dashboard-admin may do everything
    When dashboard-admin logs in on the Dashboard's page
    Then the Dashboard takes this token and refuses a wrong one
