"""What the API tells of itself: an OpenAPI 3.1 document, made from the tables of routes that serve it.

`build.py` puts it together, `serving.py` answers with it, and handlers/web/api.py shows it to people.
"""
