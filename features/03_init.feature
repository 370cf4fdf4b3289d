@init
Feature: Initialise the cluster
  The Kubernetes packages are installed, the images loaded, and kubeadm makes master a control
  plane. Handout 2.5 and 2.7.

  Background:
    Given both machines are reachable

  Scenario: The Kubernetes packages are installed
    When kubelet, kubeadm and kubectl are installed and kubelet is enabled on both machines
    Then on "master" kubelet, kubeadm and kubectl have the course's version
    And on "node" kubelet, kubeadm and kubectl have the course's version
    And on "master" kubelet starts at boot
    And on "node" kubelet starts at boot

  Scenario: The images are loaded
    When the image archive is sent to the node and loaded on both machines
    Then "master" holds the images that a control plane needs
    And "node" holds the images that a worker needs

  Scenario: kubeadm makes master a control plane
    When kubeadm init is run on master
    Then the API answers that it is ready
    And the Services have the handout's address range
    And the Pods have the handout's address range
    And the images come from the handout's repository
    And kubelet on master uses the same cgroup driver as Docker

  Scenario: root on master has a kubeconfig
    When root on master copies the administrator's kubeconfig
    Then root's kubeconfig on master opens the cluster
    And root's kubeconfig on master belongs to root and nobody else may read it

  @later
  Scenario: The control plane runs in Pods
    Then the four static Pods of the control plane run on master
    And the API is advertised at master's address
