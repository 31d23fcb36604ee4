"""The verbs that set up and run a programme, in process, on a real data folder."""
