"""Links into the AWS console, for the people who have to look closer.

The addresses of the consoles: AWS General Reference, "AWS Management Console endpoints"; AWS China,
"Endpoints and ARNs"; AWS GovCloud, "Console". After ``#``, a slash is written ``$252F``.
"""

from beekeeper.provision.names import Names

CONSOLES = {
    "aws": "https://{region}.console.aws.amazon.com",
    "aws-cn": "https://{region}.console.amazonaws.cn",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
}


def links(names: Names) -> dict[str, str]:
    """Return the links to the room's logs and dashboard. None in a partition that is unknown."""
    console = CONSOLES.get(names.partition)
    if console is None:
        return {}
    home = f"{console}/cloudwatch/home?region={names.region}#".format(region=names.region)
    groups = names.log_group("").replace("/", "$252F")
    return {
        "logs": f"{home}logsV2:log-groups$3FlogGroupNameFilter$3D{groups}",
        "dashboard": f"{home}dashboards/dashboard/{names.dashboard}",
    }
