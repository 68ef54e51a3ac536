"""Where the configuration is."""

from pathlib import Path


def conf_folder() -> Path:
    """Find ``conf/``: that of the checkout, or the copy in an installed wheel.

    Returns:
        Its absolute path.

    Raises:
        FileNotFoundError: if there is neither.
    """
    package = Path(__file__).absolute().parents[1]
    checkout, wheel = package.parents[1] / "conf", package / "conf"
    for folder in (wheel, checkout):
        if (folder / "train.yaml").is_file():
            return folder
    raise FileNotFoundError(f"No configuration: expected {checkout} (of a checkout) or {wheel} (of a wheel).")
