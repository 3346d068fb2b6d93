"""Tools that put Tocsin on AWS. They run on the machine that deploys, and are not shipped."""
