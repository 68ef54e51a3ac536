"""One function over many items, in several processes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from torch.utils.data import DataLoader, Dataset

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(work: Callable[[Item], Result], items: Sequence[Item], num_workers: int) -> Iterator[Result]:
    """Yield ``work(item)`` of each item, in the items' order.

    The processes are a DataLoader's: Ctrl-C and the end of the main process end them, an error in one of them is
    raised here, and each computes with one thread.

    Args:
        work: picklable where processes are spawned; what it returns always.
        items: may be many; each process is given them once.
        num_workers: processes; 0 works in this one.
    """
    yield from DataLoader(_Worked(work, items), batch_size=None, num_workers=num_workers, collate_fn=_unchanged)


class _Worked(Dataset[Result], Generic[Item, Result]):
    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item]) -> None:
        self.work = work
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Result:
        return self.work(self.items[index])


def _unchanged(result: Any) -> Any:  # whatever the work returns
    return result
