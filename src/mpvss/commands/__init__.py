"""A command line enters, a finished run leaves: one file a command, named as it is, and what all of them share."""
