@base
Feature: Base environment
  Two bare machines are made ready for Kubernetes: they know each other, and nothing of the
  system stands in the cluster's way. Handout 2.1 to 2.3.

  Background:
    Given both machines are reachable

  Scenario: Master reaches both machines by key
    When root on master makes a key pair and copies the key to both machines
    Then root on master opens a shell on "master" by key, without a prompt
    And root on master opens a shell on "node" by key, without a prompt

  Scenario: Both machines have their names
    When both hostnames are set and both names are written into /etc/hosts
    Then "master" has its hostname
    And "node" has its hostname
    And on "master" both names lead to the lab's addresses
    And on "node" both names lead to the lab's addresses

  Scenario: The firewall is off
    When firewalld is stopped and disabled on both machines
    And the iptables rules are flushed on both machines
    Then on "master" firewalld neither runs nor starts at boot
    And on "node" firewalld neither runs nor starts at boot
    And on "master" no rules of a firewall are left
    And on "node" no rules of a firewall are left

  Scenario: SELinux is off
    When SELinux is switched off on both machines
    Then on "master" SELinux does not enforce
    And on "node" SELinux does not enforce
    And on "master" SELinux will not enforce after a reboot
    And on "node" SELinux will not enforce after a reboot

  Scenario: Swap is off
    When swap is switched off on both machines
    Then on "master" no swap is in use
    And on "node" no swap is in use
    And on "master" no swap comes back after a reboot
    And on "node" no swap comes back after a reboot

  Scenario: Bridged traffic passes iptables and is forwarded
    When br_netfilter is loaded and the kernel settings are written on both machines
    Then on "master" br_netfilter is loaded
    And on "node" br_netfilter is loaded
    And on "master" br_netfilter is loaded again at the next boot or login
    And on "node" br_netfilter is loaded again at the next boot or login
    And on "master" the three kernel settings are in force
    And on "node" the three kernel settings are in force
    And on "master" the three kernel settings are kept in a file
    And on "node" the three kernel settings are kept in a file
