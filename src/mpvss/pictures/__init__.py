"""Frames, labels and flow enter, pictures of them leave: (3, H, W) uint8 RGB, drawn without knowing any model.

- On a frame: `overlay` (labels), `legend`, `tag`, `outline` (one segment), `mark_errors`, `heat_map`.
- Instead of one: `flow_to_rgb`, explained by `flow_wheel`.
- Together: `contact_sheet` makes a table of pictures, `page` puts a title, tables and legends (`class_key`, `note`)
  below one another.
"""

from mpvss.pictures.class_key import class_key
from mpvss.pictures.contact_sheet import contact_sheet
from mpvss.pictures.errors import mark_errors, wrong_pixels
from mpvss.pictures.flow_colours import flow_to_rgb
from mpvss.pictures.flow_wheel import flow_wheel
from mpvss.pictures.heat_map import heat_map
from mpvss.pictures.legend import key_tag, legend, tag
from mpvss.pictures.outline import outline
from mpvss.pictures.overlay import overlay
from mpvss.pictures.page import beside, note, page
from mpvss.pictures.resize import resize, resize_nearest

__all__ = [
    "beside",
    "class_key",
    "contact_sheet",
    "flow_to_rgb",
    "flow_wheel",
    "heat_map",
    "key_tag",
    "legend",
    "mark_errors",
    "note",
    "outline",
    "overlay",
    "page",
    "resize",
    "resize_nearest",
    "tag",
    "wrong_pixels",
]
