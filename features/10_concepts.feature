@concepts
Feature: What the handout teaches first
  The handout opens with claims about Kubernetes. A finished cluster can show that they are true.
  Handout 1. Only with --concepts.

  Background:
    Given both machines are reachable

  Scenario: Every Pod has an address of its own
    Then a Pod on one node reaches a Pod on the other

  Scenario: A Pod is what its manifest says
    When the Pod myweb of the handout is created
    Then the Pod myweb runs with its label and its environment

  Scenario: A container that stops is started again
    When a container of the Pod myweb is killed
    Then the Pod myweb is the same and its container was started again

  Scenario: Only what a controller owns comes back
    When the Pod myweb and a Pod of nginx are deleted
    Then the Pod myweb is gone for good
    And nginx has a new Pod in place of the one that was deleted

  Scenario: A static Pod belongs to its kubelet
    When the Pod of the scheduler is deleted through the API
    Then the Pod of the scheduler is there again
