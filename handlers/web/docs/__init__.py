"""The built-in documentation: Markdown under templates/docs, read once a process, when somebody wants it."""
