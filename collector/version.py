"""What this is, as upstream and operators see it."""

from sql.version import VERSION

USER_AGENT = f"skytally/{VERSION}"


def user_agent(contact: str) -> str:
    """What upstream is told of who we are."""
    return f"{USER_AGENT} (+{contact})" if contact else USER_AGENT
