"""Agreement and reader studies written straight from their definitions, one loop per sum: slow, and independent."""

import itertools
import math

import numpy as np
from scipy import stats


def kappa(pairs, categories, weights="none", level=0.95):
    """Cohen's kappa with the Fleiss-Cohen-Everitt standard error, term by term."""
    k, n = len(categories), len(pairs)
    table = [[sum(pair == (a, b) for pair in pairs) / n for b in categories] for a in categories]

    def weight(i, j):
        return float(i == j) if weights == "none" else 1 - ((i - j) / (k - 1)) ** 2

    rows = [sum(row) for row in table]
    columns = [sum(row[j] for row in table) for j in range(k)]
    cells = list(itertools.product(range(k), repeat=2))
    observed = sum(weight(i, j) * table[i][j] for i, j in cells)
    expected = sum(weight(i, j) * rows[i] * columns[j] for i, j in cells)
    value = (observed - expected) / (1 - expected)
    of_row = [sum(weight(i, j) * columns[j] for j in range(k)) for i in range(k)]
    of_column = [sum(weight(i, j) * rows[i] for i in range(k)) for j in range(k)]
    first = sum(table[i][j] * (weight(i, j) - (of_row[i] + of_column[j]) * (1 - value)) ** 2 for i, j in cells)
    variance = (first - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    null = sum(rows[i] * columns[j] * (weight(i, j) - (of_row[i] + of_column[j])) ** 2 for i, j in cells)
    se, se_null = (math.sqrt(max(v, 0)) for v in (variance, (null - expected**2) / (n * (1 - expected) ** 2)))
    half = stats.norm.ppf(0.5 + level / 2) * se
    return {
        "estimate": value,
        "se": se,
        "se_null": se_null,
        "ci_low": value - half,
        "ci_high": value + half,
        "observed_agreement": observed,
        "expected_agreement": expected,
        "n": n,
    }


def fleiss(rows):
    """Fleiss' kappa from the subject × category counts."""
    labels, n, m = {x for row in rows for x in row}, len(rows), len(rows[0])
    agreement = [(sum(row.count(x) ** 2 for x in labels) - m) / (m * (m - 1)) for row in rows]
    expected = sum((sum(row.count(x) for row in rows) / (n * m)) ** 2 for x in labels)
    return (sum(agreement) / n - expected) / (1 - expected)


def alpha(rows, level):
    """Krippendorff's alpha from the coincidence matrix; `None` marks a missing cell."""
    units = [[x for x in row if x is not None] for row in rows]
    units = [unit for unit in units if len(unit) >= 2]
    values = sorted({x for unit in units for x in unit})
    coincidences = dict.fromkeys(itertools.product(values, repeat=2), 0.0)
    for unit in units:
        for a, b in itertools.permutations(unit, 2):
            coincidences[a, b] += 1 / (len(unit) - 1)
    n = {c: sum(coincidences[c, k] for k in values) for c in values}

    def distance(c, k):
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return (c - k) ** 2
        low, high = min(c, k), max(c, k)
        return (sum(n[g] for g in values if low <= g <= high) - (n[c] + n[k]) / 2) ** 2

    observed = sum(coincidences[c, k] * distance(c, k) for c, k in coincidences)
    expected = sum(n[c] * n[k] * distance(c, k) for c, k in coincidences)
    return 1 - (sum(n.values()) - 1) * observed / expected


def icc(table, level=0.95):
    """The five forms and their limits from the raw two-way sums of squares."""
    x = np.asarray(table, dtype=float)
    n, k = x.shape
    grand = x.mean()
    r = k * sum((x[i].mean() - grand) ** 2 for i in range(n)) / (n - 1)
    c = n * sum((x[:, j].mean() - grand) ** 2 for j in range(k)) / (k - 1)
    e = sum((x[i, j] - x[i].mean() - x[:, j].mean() + grand) ** 2 for i in range(n) for j in range(k))
    e /= (n - 1) * (k - 1)
    w = sum((x[i, j] - x[i].mean()) ** 2 for i in range(n) for j in range(k)) / (n * (k - 1))

    def q(a, b):
        return stats.f.ppf(1 - (1 - level) / 2, a, b)

    def limits(f, d1, d2):
        low, high = f / q(d1, d2), f * q(d2, d1)
        return low, high

    l1, u1 = limits(r / w, n - 1, n * (k - 1))
    l3, u3 = limits(r / e, n - 1, (n - 1) * (k - 1))
    rho = (r - e) / (r + (k - 1) * e + k / n * (c - e))
    a, b = k * rho / (n * (1 - rho)), 1 + k * rho * (n - 1) / (n * (1 - rho))
    v = (a * c + b * e) ** 2 / ((a * c) ** 2 / (k - 1) + (b * e) ** 2 / ((n - 1) * (k - 1)))
    f1, f2 = q(n - 1, v), q(v, n - 1)
    wide = k * c + (k * n - k - n) * e
    l2, u2 = n * (r - f1 * e) / (f1 * wide + n * r), n * (f2 * r - e) / (wide + n * f2 * r)
    return {
        "icc_1_1": ((r - w) / (r + (k - 1) * w), (l1 - 1) / (l1 + k - 1), (u1 - 1) / (u1 + k - 1)),
        "icc_2_1": (rho, l2, u2),
        "icc_3_1": ((r - e) / (r + (k - 1) * e), (l3 - 1) / (l3 + k - 1), (u3 - 1) / (u3 + k - 1)),
        "icc_2_k": ((r - e) / (r + (c - e) / n), k * l2 / (1 + (k - 1) * l2), k * u2 / (1 + (k - 1) * u2)),
        "icc_3_k": ((r - e) / r, 1 - 1 / l3, 1 - 1 / u3),
    }


def kernel(positive, negative):
    return (positive > negative) + (positive == negative) / 2


def area(cell, truth):
    """Mann-Whitney area of {case: score}."""
    pairs = [(a, b) for a in cell for b in cell if truth[a] and not truth[b]]
    return sum(kernel(cell[a], cell[b]) for a, b in pairs) / len(pairs)


def jackknife(cells, truth):
    """Leave-one-out areas, every one counted again."""
    cases = sorted({case for cell in cells for case in cell})
    loo = np.array([[area({k: v for k, v in cell.items() if k != out}, truth) for out in cases] for cell in cells])
    centred = loo - loo.mean(axis=1, keepdims=True)
    return (len(cases) - 1) / len(cases) * centred @ centred.T


def delong(cells, truth):
    """Covariances of the two kinds of placements."""
    positive = [case for case in cells[0] if truth[case]]
    negative = [case for case in cells[0] if not truth[case]]
    v10 = [[np.mean([kernel(cell[a], cell[b]) for b in negative]) for a in positive] for cell in cells]
    v01 = [[np.mean([kernel(cell[a], cell[b]) for a in positive]) for b in negative] for cell in cells]
    return np.cov(v10) / len(positive) + np.cov(v01) / len(negative)


def unbiased(cells, truth):
    """Product of areas minus the mean kernel product of pairs that share no case (Gallas, Pennello & Myers)."""
    pairs = [[(a, b) for a in cell for b in cell if truth[a] and not truth[b]] for cell in cells]
    psi = [{(a, b): kernel(cell[a], cell[b]) for a, b in own} for cell, own in zip(cells, pairs, strict=True)]
    found = np.empty((len(cells), len(cells)))
    for x, y in itertools.product(range(len(cells)), repeat=2):
        apart = [psi[x][i] * psi[y][j] for i in pairs[x] for j in pairs[y] if i[0] != j[0] and i[1] != j[1]]
        found[x, y] = area(cells[x], truth) * area(cells[y], truth) - np.mean(apart)
    return found


def mrmc(rows, covariance, level=0.95):
    """Obuchowski-Rockette-Hillis from rows of (reference, score, modality, reader, case)."""
    truth = {row[4]: row[0] for row in rows}
    modalities, readers = (sorted({str(row[i]) for row in rows}) for i in (2, 3))
    names = list(itertools.product(modalities, readers))
    cells = [{row[4]: row[1] for row in rows if (str(row[2]), str(row[3])) == name} for name in names]
    t, r = len(modalities), len(readers)
    table = np.array([area(cell, truth) for cell in cells]).reshape(t, r)
    matrix = {"jackknife": jackknife, "delong": delong, "unbiased": unbiased}[covariance](cells, truth)
    means, by_reader, grand = table.mean(axis=1), table.mean(axis=0), table.mean()
    ms_t = r * sum((means - grand) ** 2) / (t - 1)
    ms_r = t * sum((by_reader - grand) ** 2) / (r - 1)
    rest = [(table[i, j] - means[i] - by_reader[j] + grand) ** 2 for i in range(t) for j in range(r)]
    ms_tr = sum(rest) / ((t - 1) * (r - 1))
    kinds = {"cov1": [], "cov2": [], "cov3": []}
    for (i, a), (j, b) in itertools.product(enumerate(names), repeat=2):
        if i != j:
            kind = "cov1" if a[1] == b[1] else ("cov2" if a[0] == b[0] else "cov3")
            kinds[kind].append(matrix[i, j])
    c1, c2, c3 = (float(np.mean(kinds[kind])) for kind in ("cov1", "cov2", "cov3"))
    error = float(np.mean(np.diag(matrix)))
    both = ms_tr + r * max(c2 - c3, 0)
    df2 = both**2 / (ms_tr**2 / ((t - 1) * (r - 1)))
    fixed = error - c1 + (r - 1) * max(c2 - c3, 0)
    compared = {}
    for a, b in itertools.combinations(range(t), 2):
        difference, se = means[a] - means[b], math.sqrt(2 * both / r)
        half = stats.t.ppf(0.5 + level / 2, df2) * se
        compared[f"{modalities[a]}|{modalities[b]}"] = {
            "difference": difference,
            "se": se,
            "df": df2,
            "ci_low": difference - half,
            "ci_high": difference + half,
            "p_value": 2 * stats.t.sf(abs(difference) / se, df2),
        }
    return {
        "auc_by_modality": dict(zip(modalities, means, strict=True)),
        "comparisons": compared,
        "f_statistic": ms_t / both,
        "df1": t - 1,
        "df2": df2,
        "p_value": stats.f.sf(ms_t / both, t - 1, df2),
        "var_reader": (ms_r - ms_tr) / t - c1 + c3,
        "var_modality_reader": ms_tr - error + c1 + c2 - c3,
        "error_variance": error,
        "cov1": c1,
        "cov2": c2,
        "cov3": c3,
        "fixed_readers": {
            "f_statistic": ms_t / fixed if fixed > 0 else None,
            "p_value": stats.chi2.sf((t - 1) * ms_t / fixed, t - 1) if fixed > 0 else None,
        },
        "fixed_cases": {
            "f_statistic": ms_t / ms_tr,
            "p_value": stats.f.sf(ms_t / ms_tr, t - 1, (t - 1) * (r - 1)),
        },
    }
