"""The web app: pages, accounts, jobs, and the rows that say what happened. Imports no torch, opens no user file."""
