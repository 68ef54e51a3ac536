"""Frames, labels and flow enter, pictures of them leave: (3, H, W) uint8 RGB, drawn without knowing any model.

`overlay`, `legend` and `key_tag` paint on a frame, `flow_to_rgb` colours flow, `contact_sheet` puts pictures together.
"""

from mpvss.pictures.contact_sheet import contact_sheet
from mpvss.pictures.flow_colours import flow_to_rgb
from mpvss.pictures.legend import key_tag, legend
from mpvss.pictures.overlay import overlay

__all__ = ["contact_sheet", "flow_to_rgb", "key_tag", "legend", "overlay"]
