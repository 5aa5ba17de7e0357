// The shape of a vector file: what is stored on disk, and what goes over the wire to a target.
// JSON Schema twin: ../schema/vectors.schema.json. Prose for outsiders: ../FORMAT.md.

/** Which of the two losses: one sigmoid a class, or a softmax over all. */
export type Form = 'sigmoid' | 'softmax';
/** IEEE 754 binary64 or binary32: what a test is computed in. */
export type Dtype = 'float64' | 'float32';
/** How row losses become `loss` (SPEC R1): not at all, summed, or summed and divided. */
export type Reduction = 'none' | 'sum' | 'mean';
/** What is compared: `loss`, a scalar; `rowLosses`, `[rows]`; `gradient` with respect to the logits, `[rows, classes]`. */
export type Output = 'loss' | 'rowLosses' | 'gradient';

/**
 * A dense row-major array, exactly. Words are big-endian: IEEE 754 for floats, two's complement for int32.
 *
 * One of three encodings:
 * - `rows`: one string a row (last axis), words in hexadecimal, separated by one space. A scalar is one row.
 * - `base64`: all words, from 4 KB on.
 * - `dictionary`: distinct words as one hexadecimal string, and base64 of big-endian indices into them
 *   (one byte each up to 256 words, else two).
 */
export type EncodedTensor = {
  readonly shape: readonly number[];
  readonly dtype: Dtype | 'int32';
} & (
  | { readonly rows: readonly string[] }
  | { readonly base64: string }
  | { readonly dictionary: { readonly words: string; readonly indices: string } }
);

/** What an implementation gets. Logits are exact in every dtype that the test lists. */
export interface EncodedInputs {
  /** Shape `[rows, classes]` (another rank only in a test for `RANK`). */
  readonly logits: EncodedTensor;
  /** float64, shape `[classes]`. */
  readonly frequencies: EncodedTensor;
  /** Index labels, one a row: a class, `classes` = background (sigmoid), -1 = ignored. */
  readonly labels?: readonly number[];
  /** Shape `[rows, classes]`, in [0, 1]. Instead of labels. */
  readonly targets?: EncodedTensor;
  /** E, one 0 or 1 a row; overrides what the labels suggest. */
  readonly foreground?: readonly number[];
  /** Shape `[rows]`. */
  readonly rowWeights?: EncodedTensor;
  /** Shape `[]`, `[classes]` or `[rows, classes]`. */
  readonly beta?: EncodedTensor;
  /** How `beta` was drawn (SPEC X5), when it was: provenance, and a check for those who draw themselves. */
  readonly draw?: { readonly gamma: number; readonly seed: number; readonly step: number; readonly rowOffset: number };
}

/** How a test's loss is computed. */
export interface EncodedOptions {
  /** λ as one hexadecimal float64 word. Absent only in a test that it is required. */
  readonly threshold?: string;
  /** A string, so that a wrong one can be a test. */
  readonly reduction: string;
  /** One hexadecimal float64 word. */
  readonly normalizer?: string;
  /** Release the implementation's handle first, then run: expects `DISPOSED`. */
  readonly released?: true;
}

/** Exact values as float64 tensors, correctly rounded; or the error's code. `loss` is absent for reduction `none`. */
export type EncodedExpected =
  | { readonly loss?: EncodedTensor; readonly rowLosses: EncodedTensor; readonly gradient: EncodedTensor }
  | { readonly error: string };

/** One call of an implementation, and what must come of it. */
export interface EncodedTest {
  /** Permanent slug, unique over all files: lower case, digits and hyphens. */
  readonly id: string;
  /** One sentence. */
  readonly comment: string;
  /** Keys of the file's `notes`. */
  readonly flags: readonly string[];
  /** In which the inputs are exact; it runs in one of them. */
  readonly dtypes: readonly Dtype[];
  /** What an implementation gets. */
  readonly inputs: EncodedInputs;
  /** How it is asked. */
  readonly options: EncodedOptions;
  /** The exact outputs, or the error code that bad input is answered with. */
  readonly expected: EncodedExpected;
}

/** Allowed distance: `|actual - expected| <= max(abs, rel |expected|, ulp spacing)`. */
export interface Tolerance {
  /** Absolute: for expectations near 0. */
  readonly abs: number;
  /** By the size of the expectation. */
  readonly rel: number;
}

/** Tests with one origin, judged with the same tolerances. */
export interface Group {
  /** For people. */
  readonly name: string;
  /** What made the expectations and the inputs. */
  readonly source: {
    /** The library that computed the expectations, and its version. */
    readonly oracle: string;
    /** Of the oracle. */
    readonly version: string;
    /** Decimal digits that it worked with. */
    readonly digits: number;
    /** Of the random inputs. */
    readonly seed: number;
    /** For real data: where it comes from and how it was made. */
    readonly provenance?: string;
  };
  /** By dtype and output. Data of the vectors: never loosened for one target. */
  readonly tolerances: Readonly<Record<Dtype, Readonly<Record<Output, Tolerance>>>>;
  /** In the order of the file. */
  readonly tests: readonly EncodedTest[];
}

/** What a flag of tests stands for. */
export interface Note {
  /** What a test with this flag catches. */
  readonly catches: string;
  /** Clauses of SPEC.md: `G1`, `S2`, `N1`, … or an error code for bad input. */
  readonly clauses: readonly string[];
  /** Where more is said. */
  readonly links?: readonly string[];
}

/** A whole vector file: the tests of one form. */
export interface VectorFile {
  /** The JSON Schema that the file satisfies. */
  readonly $schema: string;
  /** Version of SPEC.md that the expectations follow. */
  readonly spec: string;
  /** Of all tests of the file. */
  readonly form: Form;
  /** By flag. */
  readonly notes: Readonly<Record<string, Note>>;
  /** All tests, by origin. */
  readonly groups: readonly Group[];
}
