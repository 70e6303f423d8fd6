"""What this is, as upstream and operators see it."""

VERSION = "0.1.0"
USER_AGENT = f"skytally/{VERSION} websockets"
