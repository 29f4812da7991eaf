"""The application: page intake, store, use cases, documents and the command line."""
