@account
Feature: A user account
  Somebody else may look after the page, and no more.

  Scenario: The keeper has an account
    When the account of the keeper is made on server
    Then the keeper has an account with a shell
    And the folder of the page belongs to the keeper
