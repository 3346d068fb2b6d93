"""Every way in. Each module turns an outside protocol into one call of a service, and the answer back."""
