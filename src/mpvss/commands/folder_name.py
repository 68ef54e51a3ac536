"""The name of a job's folder in a sweep: its overrides, as far as a file system takes them."""

from omegaconf import OmegaConf

_LONGEST = 200  # bytes; file systems take 255


def folder_name(name: str) -> str:
    """Fit a job's number and overrides into the name of one folder.

    What is too long loses the overrides of keys inside a group, then its end; the number remains, and tells jobs apart.

    Args:
        name: such as ``3_data.batch_size=2,interval=5``.

    Example:
        >>> folder_name("3_interval=5,weights=runs/best.ckpt")
        '3_interval=5,weights=runs-best.ckpt'
    """
    name = name.replace("/", "-")
    if len(name.encode()) > _LONGEST:
        number, _, overrides = name.partition("_")
        short = [override for override in overrides.split(",") if "." not in override.partition("=")[0]]
        name = f"{number}_{','.join(short)}"
    return name.encode()[:_LONGEST].decode(errors="ignore")


OmegaConf.register_new_resolver("folder_name", folder_name, replace=True)
