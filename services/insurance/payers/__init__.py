"""How an inquiry reaches a payer: the contract of all adapters, the adapters, and the directory of payers."""
