"""What of a model a recipe trains, by name; the rest is frozen, and stays as it is."""

from collections.abc import Sequence

from torch import nn


class TrainedParts:
    """The named parts of a model learn; all others have no gradients and keep their statistics.

    A module is in training mode if it is trained or holds a trained part, so a query decoder of which only the heads
    are trained still gives every layer's segments. Everything else is in eval mode: no BatchNorm drifts, no path
    is dropped. As no frozen parameter asks for a gradient, no graph is built through what lies before the first
    trained part.

    Args:
        model: frozen in place, but for these parts.
        names: of submodules, such as ``segmentor.query_decoder.class_head``; None trains everything.

    Raises:
        ValueError: if the model has no such part, or nothing is left to train.
    """

    def __init__(self, model: nn.Module, names: Sequence[str] | None = None) -> None:
        names = [""] if names is None else list(names)
        for name in names:
            _check(model, name)
        self._frozen = []
        for place, module in model.named_modules():
            if any(_holds(name, place) for name in names):
                continue
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad_(False)
            if not any(_holds(place, name) for name in names):
                self._frozen.append(module)
        if not any(parameter.requires_grad for parameter in model.parameters()):
            raise ValueError(
                f"recipe.trained={names} leaves nothing to train: none of these has weights in this model. "
                "Name another part, or choose another flow."
            )

    def switch_frozen_to_eval(self) -> None:
        """Put the frozen modules into eval mode, where they belong whatever mode the model is switched to."""
        for module in self._frozen:
            module.eval()


def _holds(outer: str, inner: str) -> bool:
    """Tell whether the module named `outer` is or holds the one named `inner`; the empty name is the model's."""
    return not outer or inner == outer or inner.startswith(f"{outer}.")


def _check(model: nn.Module, name: str) -> None:
    place: list[str] = []
    module = model
    for word in name.split(".") if name else []:
        children = dict(module.named_children())
        if word not in children:
            raise ValueError(
                f"recipe.trained names {name}, which this model does not have: "
                f"{'.'.join(place) or 'it'} has {', '.join(children) or 'no parts'}."
            )
        module = children[word]
        place.append(word)
