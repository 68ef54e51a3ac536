"""Frames, labels and flow enter, pictures of them leave: (3, H, W) uint8 RGB, drawn without knowing any model.

- On a frame: `overlay` (labels), `legend`, `tag`, `outline` (one segment), `mark_errors`, `heat_map`.
- Instead of one: `flow_to_rgb`, explained by `flow_wheel`.
- Together: `contact_sheet` makes a table of pictures, `page` puts a title, tables and legends (`class_legend`, `note`)
  below one another.
"""

from mpvss.drawing.flow_colours import flow_to_rgb
from mpvss.drawing.heat_map import heat_map
from mpvss.drawing.legends import class_legend, flow_wheel, key_frame_tag, legend, tag
from mpvss.drawing.on_frame import mark_errors, outline, overlay, wrong_pixels
from mpvss.drawing.sheets import beside, contact_sheet, note, page, resize, resize_nearest

__all__ = [
    "beside",
    "class_legend",
    "contact_sheet",
    "flow_to_rgb",
    "flow_wheel",
    "heat_map",
    "key_frame_tag",
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
