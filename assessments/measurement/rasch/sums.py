"""Sums of numbers that belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sums_by(index: NDArray[np.int64], weight: NDArray[np.float64], *, size: int) -> NDArray[np.float64]:
    """Add up the weights of equal indexes: (size,), 0 where none are. Index and weight have the same shape (n,).

    >>> sums_by(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), size=4).tolist()
    [1.0, 0.0, 5.0, 0.0]
    """
    return np.bincount(index, weight, size).astype(np.float64, copy=False)
