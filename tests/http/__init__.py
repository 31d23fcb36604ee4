"""The installed command over HTTP: real processes, real signatures, the providers' fakes, a programme made by commands alone."""
