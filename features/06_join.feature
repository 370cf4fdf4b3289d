@join
Feature: Join the node
  The second machine becomes a worker of the cluster. Handout 4.2.

  Background:
    Given both machines are reachable

  @later
  Scenario: The node joins the cluster
    When the node joins with the command that master prints
    Then the cluster consists of master and node
    And both nodes are Ready
    And both nodes have the lab's addresses
    And both nodes run the course's version
    And Calico and kube-proxy run on the node

  Scenario: The node is managed like master
    When root on the node gets master's kubeconfig and the node its label
    Then the node, and only the node, is labelled as a worker
    And kubectl works for root on the node

  @last
  Scenario: Traffic crosses the nodes
    Then a Pod on one node reaches a Pod on the other
    And a Pod on node finds a Service by its name
    And the Dashboard answers over TLS at the node's address
