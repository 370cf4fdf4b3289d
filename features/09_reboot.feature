@reboot
Feature: Surviving a reboot
  What was set up must last: both machines are restarted and looked at again. Only with --reboot.

  Background:
    Given both machines are reachable

  Scenario: The machines come back as they were set up
    When both machines are restarted
    Then on "master" no swap is in use
    And on "node" no swap is in use
    And on "master" SELinux does not enforce
    And on "node" SELinux does not enforce
    And on "master" firewalld neither runs nor starts at boot
    And on "node" firewalld neither runs nor starts at boot
    And on "master" br_netfilter is loaded
    And on "node" br_netfilter is loaded
    And on "master" the three kernel settings are in force
    And on "node" the three kernel settings are in force
    And on "master" Docker is running
    And on "node" Docker is running
    And on "master" kubelet is running
    And on "node" kubelet is running

  Scenario: The cluster comes back by itself
    Then the API answers that it is ready
    And the four static Pods of the control plane run on master
    And both nodes are Ready
    And Calico runs on every node that there is
    And a Pod on master finds a Service by its name
    And a Pod on one node reaches a Pod on the other
    And a Pod on node finds a Service by its name
    And the Dashboard answers over TLS at master's address
    And the Dashboard answers over TLS at the node's address
    And the Dashboard takes this token and refuses a wrong one
    And the welcome page of nginx opens at "master"
    And the welcome page of nginx opens at "node"
    And Kuboard's page opens at "master"
    And Kuboard's page opens at "node"
    And Kuboard opens its console for a token and not for a wrong one
