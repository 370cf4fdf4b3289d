@nginx
Feature: nginx through the Dashboard
  An application is created in the Dashboard's form and opened from outside. Handout 4.3.

  Background:
    Given both machines are reachable

  Scenario: nginx is deployed through the Dashboard
    When nginx is created in the Dashboard's form
    Then nginx is available
    And nginx was made by the Dashboard
    And nginx has a Service with a node port
    And the welcome page of nginx opens at "master"
    And the welcome page of nginx opens at "node"
