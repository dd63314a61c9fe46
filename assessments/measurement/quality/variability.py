"""Intra-individual response variability: how much one form's answers differ from each other."""

from __future__ import annotations

import numpy as np

from assessments.measurement.quality.answer_table import AnswerTable, FormNumbers, form_numbers, too_few


def response_variability(answers: AnswerTable) -> FormNumbers:
    """Give the standard deviation of each form's answers over its items; 0 is a form with one answer throughout.

    Needs two answers.

        IRV = sqrt( sum over items of (y - mean)^2 / (n - 1) )

    Source: Dunn, Heggestad, Shanock and Theilgard (2018), Journal of Business and Psychology 33.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> response_variability(answers_of([[2, 4, 4, 4, 5, 5]])).value.round(4).tolist()
    [1.0954]
    """
    counts = answers.counts
    mean = answers.values.sum(axis=1) / np.maximum(counts, 1)
    distance = np.where(answers.answered, answers.values - mean[:, None], 0.0)
    variance = np.einsum("fi,fi->f", distance, distance) / np.maximum(counts - 1, 1)
    return form_numbers(np.sqrt(variance), reasons=too_few(counts, least=2))
