"""The Middlebury colour code of flow: hue for direction, saturation for length (Baker et al., IJCV 2011)."""

import torch
from torch import Tensor

_SECTORS = (
    # steps of the wheel from this colour to the next: the eye tells reds and yellows apart better than greens
    (15, (255, 0, 0)),
    (6, (255, 255, 0)),
    (4, (0, 255, 0)),
    (11, (0, 255, 255)),
    (13, (0, 0, 255)),
    (6, (255, 0, 255)),
)


def flow_to_rgb(flow: Tensor, max_radius: float | None = None) -> Tensor:
    """Colour a flow map: white where nothing moves, red to the right, yellow down, cyan left, violet up.

    Convention:
        channel 0 is x (right), channel 1 is y (down).

    Args:
        flow: (2, h, w) displacement, pixels.
        max_radius: length drawn in full colour, pixels; longer flow is darkened. By default the map's longest,
            so give one to compare maps.

    Returns:
        (3, h, w) uint8 RGB.

    Raises:
        ValueError: if the flow has another shape or is not finite, or the radius is not positive.

    Example:
        >>> right = torch.tensor([1.0, 0.0]).reshape(2, 1, 1)
        >>> flow_to_rgb(right).flatten().tolist()
        [255, 0, 0]
    """
    if flow.ndim != 3 or len(flow) != 2 or not torch.isfinite(flow).all():
        raise ValueError(
            f"flow must be (2, h, w) and finite; got {tuple(flow.shape)}. Pick one map of one frame, and look for "
            "a divergence if it holds NaN or infinity."
        )
    if max_radius is not None and max_radius <= 0:
        raise ValueError(f"max_radius must be positive; got {max_radius}. Leave it out to use the map's longest flow.")
    x, y = flow.float()
    radius = torch.hypot(x, y)
    longest = float(radius.max()) if max_radius is None else max_radius
    radius = radius / (longest or 1.0)  # a still map is white
    wheel = _wheel().to(flow.device)
    turn = torch.atan2(-y, -x) / (2 * torch.pi) + 0.5  # 0..1 clockwise on screen, 0 and 1 to the right
    position = turn * (len(wheel) - 1)
    lower = position.long()
    colour = torch.lerp(wheel[lower], wheel[(lower + 1) % len(wheel)], (position - lower)[..., None]).permute(2, 0, 1)
    faded = 1 - radius * (1 - colour)
    return (255 * torch.where(radius <= 1, faded, 0.75 * colour)).round().to(torch.uint8)


def _wheel() -> Tensor:
    """(55, 3) colours in 0..1, going linearly from each named colour towards the next."""
    colours = torch.tensor([colour for _, colour in _SECTORS]) / 255
    return torch.cat(
        [
            torch.lerp(colours[index], colours[(index + 1) % len(_SECTORS)], torch.arange(steps)[:, None] / steps)
            for index, (steps, _) in enumerate(_SECTORS)
        ]
    )
