@docker
Feature: Docker
  Docker comes from the offline repository, starts at boot and uses the systemd cgroup driver.
  Handout 2.4 and 2.6.

  Background:
    Given both machines are reachable

  Scenario: The offline repository is on both machines
    When the repository is unpacked on master and sent to the node
    Then "master" has the offline repository
    And "node" has the offline repository

  Scenario: Docker is installed and starts at boot
    When Docker is installed, started and enabled on both machines
    Then on "master" Docker's packages come from the offline repository
    And on "node" Docker's packages come from the offline repository
    And on "master" Docker is running
    And on "node" Docker is running
    And on "master" Docker starts at boot
    And on "node" Docker starts at boot

  Scenario: The daemon has the registry mirror and the systemd cgroup driver
    When daemon.json is written and Docker restarted on both machines
    Then on "master" daemon.json names the mirror and the systemd driver
    And on "node" daemon.json names the mirror and the systemd driver
    And on "master" the running daemon uses the mirror and the systemd driver
    And on "node" the running daemon uses the mirror and the systemd driver

  Scenario: Docker runs containers
    Then on "master" a container runs
    And on "node" a container runs
