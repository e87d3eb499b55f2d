/** The series functions as the database calls them: JSON texts in, JSON texts out. Functions with several results give an array of them. */
import type { NativeFunction, NativeTable, NativeText } from '../native/native';
import { anomalies, type DecomposeOptions, decompose, seasonalComponent } from './decompose';
import { ELEMENTWISE } from './elementwise';
import { fillLinear } from './fillLinear';
import { finiteResponse, infiniteResponse } from './filters';
import { fitLine, fitTwoLines, type LineFit } from './fitLine';
import { fitPolynomial } from './fitPolynomial';
import { fourier } from './fourier';
import { type OutlierOptions, outlierScores, USUAL } from './outliers';
import { detectPeriods, type Period, validatePeriods } from './periods';
import { correlation, cosineSimilarity, dotProduct, magnitude, type SeriesStatistics, statistics } from './statistics';
import {
  type Element,
  isWholeSeries,
  numberOr,
  parseJson,
  parseSeries,
  present,
  realJson,
  realsJson,
  type Series,
} from './values';

type Text = NativeText | undefined;

/** A function of a series and further texts; null for what is no series. */
function ofSeries(compute: (series: Series, ...rest: readonly Text[]) => NativeText): NativeFunction {
  return (json, ...rest) => {
    const series = parseSeries(json);
    return series === undefined || present(series).length === 0 ? null : compute(series, ...rest);
  };
}

function ofTwo(compute: (a: Series, b: Series) => Element): NativeFunction {
  return (left, right) => {
    const [a, b] = [parseSeries(left), parseSeries(right)];
    const [one, other] = [a ?? broadcast(left, b), b ?? broadcast(right, a)];
    const value = one === undefined || other === undefined ? null : compute(one, other);
    return value === null ? null : String(value);
  };
}

function broadcast(json: Text, like: Series | undefined): Series | undefined {
  const value = parseJson(json);
  return typeof value === 'number' && like !== undefined ? like.map(() => value) : undefined;
}

function options(seasonality: Text, trend: Text, testPoints: Text, threshold: Text): DecomposeOptions {
  const kind = (trend ?? '').toLowerCase();
  return {
    seasonality: numberOr(seasonality, -1),
    trend: kind === 'linefit' || kind === 'none' ? kind : 'avg',
    testPoints: numberOr(testPoints, 0),
    threshold: numberOr(threshold, 0.6),
  };
}

const integers = (values: readonly number[]) => `[${values.map((value) => value | 0).join(',')}]`;

const decomposed = ofSeries((series, seasonality, trend, testPoints, threshold) => {
  const made = decompose(series, options(seasonality, trend, testPoints, threshold));
  return `[${[made.baseline, made.seasonal, made.trend, made.residual].map(realsJson).join(',')}]`;
});

const anomalous = ofSeries((series, threshold, seasonality, trend, testPoints, method, seasonalityThreshold) => {
  const kind = (method ?? '').toLowerCase() === 'tukey' ? 'tukey' : 'ctukey';
  const chosen = options(seasonality, trend, testPoints, seasonalityThreshold);
  const made = anomalies(series, chosen, numberOr(threshold, 1.5), kind);
  return `[${integers(made.flags)},${realsJson(made.scores)},${realsJson(made.baseline)}]`;
});

const forecast = ofSeries((series, points, seasonality, trend, threshold) =>
  realsJson(decompose(series, options(seasonality, trend, points, threshold)).baseline),
);

const outliers = ofSeries((series, kind, ignored, lowest, highest) => {
  const ignore = numberOr(ignored, Number.NaN);
  const chosen: OutlierOptions = {
    kind: (kind ?? '').toLowerCase() === 'tukey' ? 'tukey' : 'ctukey',
    lowest: numberOr(lowest, USUAL.lowest),
    highest: numberOr(highest, USUAL.highest),
    ...(Number.isNaN(ignore) ? {} : { ignored: ignore }),
  };
  return realsJson(outlierScores(series, chosen));
});

function statisticsOf(print: (made: SeriesStatistics) => string): NativeFunction {
  return (json, ignore) => {
    const series = parseSeries(json);
    return series === undefined ? null : print(statistics(series, ignore === 'true'));
  };
}

const lineParts = (fit: LineFit) =>
  [fit.rsquare, fit.slope, fit.variance, fit.rvariance, fit.interception].map(realJson).join(',');

const sideParts = (fit: LineFit) =>
  [fit.rsquare, fit.slope, fit.interception, fit.variance, fit.rvariance].map(realJson).join(',');

const lineBag = (fit: LineFit) =>
  `"rsquare":${realJson(fit.rsquare)},"slope":${realJson(fit.slope)},"variance":${realJson(fit.variance)},` +
  `"rvariance":${realJson(fit.rvariance)},"interception":${realJson(fit.interception)}`;

const twoLines = ofSeries((series) => {
  const fit = fitTwoLines(series);
  if (fit === undefined) return null;
  const head = `${realJson(fit.rsquare)},${fit.split},${realJson(fit.variance)},${realJson(fit.rvariance)}`;
  return `[${head},${realsJson(fit.line)},${sideParts(fit.right)},${sideParts(fit.left)}]`;
});

const twoLinesBag = ofSeries((series) => {
  const fit = fitTwoLines(series);
  if (fit === undefined) return null;
  return (
    `{"rsquare":${realJson(fit.rsquare)},"split_idx":${fit.split},"variance":${realJson(fit.variance)},` +
    `"rvariance":${realJson(fit.rvariance)},"line_fit":${realsJson(fit.line)},` +
    `"right":{${lineBag(fit.right)}},"left":{${lineBag(fit.left)}}}`
  );
});

const polynomial: NativeFunction = (ys, second, third) => {
  const [series, given] = [parseSeries(ys), parseSeries(second)];
  // The place of the degree is the second where no x series is given.
  const degree = given === undefined && third === null ? second : third;
  const fit = series === undefined ? undefined : fitPolynomial(series, given, numberOr(degree, 1));
  if (fit === undefined) return null;
  const head = `${realJson(fit.rsquare)},${realsJson(fit.coefficients)}`;
  return `[${head},${realJson(fit.variance)},${realJson(fit.rvariance)},${realsJson(fit.line)}]`;
};

/** Exactly as many as asked for, the missing ones 0. */
function periodsJson(periods: readonly Period[], count: number): string {
  const all = Array.from({ length: count }, (_, index) => periods[index] ?? { period: 0, score: 0 });
  return `[${realsJson(all.map(({ period }) => period))},${realsJson(all.map(({ score }) => score))}]`;
}

const detected = ofSeries((series, least, most, count) => {
  const wanted = Math.max(0, Math.min(16, Math.floor(numberOr(count, 1))));
  return periodsJson(detectPeriods(series, numberOr(least, 0), numberOr(most, series.length), wanted), wanted);
});

/** The periods come as one JSON array. */
const validated = ofSeries((series, periods) => {
  const wanted = present(parseSeries(periods) ?? []);
  return periodsJson(validatePeriods(series, wanted), Math.min(16, wanted.length));
});

function fourierOf(inverse: boolean): NativeFunction {
  return (real, imaginary) => {
    const series = parseSeries(real);
    if (series === undefined) return null;
    const other = parseSeries(imaginary) ?? [];
    const made = fourier(
      {
        real: Float64Array.from(series, (value) => value ?? 0),
        imaginary: Float64Array.from(series, (_value, index) => other[index] ?? 0),
      },
      inverse,
    );
    return `[${realsJson([...made.real])},${realsJson([...made.imaginary])}]`;
  };
}

const fir: NativeFunction = (json, filter, normalize, center) => {
  const [series, factors] = [parseSeries(json), parseSeries(filter)];
  if (series === undefined || factors === undefined) return null;
  const chosen = normalize === null || normalize === undefined ? undefined : normalize === 'true';
  const made = finiteResponse(series, present(factors), chosen, center === 'true');
  return made === undefined ? null : realsJson(made);
};

const iir: NativeFunction = (json, numerators, denominators) => {
  const [series, over, under] = [parseSeries(json), parseSeries(numerators), parseSeries(denominators)];
  if (series === undefined || over === undefined || under === undefined) return null;
  const made = infiniteResponse(series, present(over), present(under));
  return made === undefined ? null : realsJson(made);
};

const linear: NativeFunction = (json, missing, edges, constant) => {
  const series = parseSeries(json);
  if (series === undefined) return null;
  const marker = numberOr(missing, Number.NaN);
  const isMissing = (value: Element) => value === null || value === marker;
  const filler = constant === null || constant === undefined ? 0 : (parseSeries(`[${constant}]`)?.[0] ?? null);
  const made = fillLinear(series, isMissing, edges !== 'false', filler);
  const whole = isWholeSeries(json ?? '') && series.some((value) => !isMissing(value));
  return whole ? JSON.stringify(made.map((value) => (value === null ? null : Math.trunc(value)))) : realsJson(made);
};

export const SERIES: NativeTable = {
  ...ELEMENTWISE,
  series_decompose: [5, decomposed],
  series_decompose_anomalies: [7, anomalous],
  series_decompose_forecast: [5, forecast],
  series_outliers: [5, outliers],
  series_seasonal: [2, ofSeries((series, period) => realsJson(seasonalComponent(series, numberOr(period, -1))))],
  series_periods_detect: [4, detected],
  series_periods_validate: [2, validated],
  series_stats: [
    2,
    statisticsOf((made) => {
      const { min, minIndex, max, maxIndex, avg, stdev, variance } = made;
      return `[${realJson(min)},${minIndex},${realJson(max)},${maxIndex},${[avg, stdev, variance].map(realJson).join(',')}]`;
    }),
  ],
  series_stats_dynamic: [
    2,
    statisticsOf(
      (made) =>
        `{"min":${realJson(made.min)},"min_idx":${made.minIndex},"max":${realJson(made.max)},"max_idx":${made.maxIndex},` +
        `"avg":${realJson(made.avg)},"stdev":${realJson(made.stdev)},"variance":${realJson(made.variance)},` +
        `"sum":${realJson(made.sum)},"len":${made.length}}`,
    ),
  ],
  series_fit_line: [
    1,
    ofSeries((series) => {
      const fit = fitLine(series);
      return `[${lineParts(fit)},${realsJson(fit.line)}]`;
    }),
  ],
  series_fit_line_dynamic: [
    1,
    ofSeries((series) => {
      const fit = fitLine(series);
      return `{${lineBag(fit)},"line_fit":${realsJson(fit.line)}}`;
    }),
  ],
  series_fit_2lines: [1, twoLines],
  series_fit_2lines_dynamic: [1, twoLinesBag],
  series_fit_poly: [3, polynomial],
  series_fill_linear: [4, linear],
  series_fir: [4, fir],
  series_iir: [3, iir],
  series_fft: [2, fourierOf(false)],
  series_ifft: [2, fourierOf(true)],
  series_dot_product: [2, ofTwo(dotProduct)],
  series_pearson_correlation: [2, ofTwo(correlation)],
  series_cosine_similarity: [2, ofTwo(cosineSimilarity)],
  series_magnitude: [1, ofSeries((series) => String(magnitude(series)))],
  series_product: [1, ofSeries((series) => String(present(series).reduce((a, b) => a * b, 1)))],
};
