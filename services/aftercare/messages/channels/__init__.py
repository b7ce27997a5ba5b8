"""The ways out of the house: SMTP, a text gateway, and the demonstration's tray."""
