@web
Feature: A web server
  The machine shows a page of your own, also after a reboot.

  Scenario: The page is served
    When the page is written and its service installed, started and enabled on server
    Then the service of the page is running
    And the service of the page starts at boot
    And the page of server says "It works on server"
