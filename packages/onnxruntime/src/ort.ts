// What of ONNX Runtime's JavaScript API is used, as structure: onnxruntime-node and onnxruntime-web both fit.

/** A tensor of the runtime. */
export interface OrtTensor {
  /** The data, fetched from the device if need be, which is then released. */
  getData(releaseData?: boolean): Promise<unknown>;
}

/** An inference session of the runtime. */
export interface OrtSession {
  /**
   * Runs the model once.
   *
   * @param feeds Its inputs by name.
   * @param fetches Where to write outputs, by name; onnxruntime-node alone does.
   */
  run(
    feeds: Readonly<Record<string, never>>,
    fetches?: Readonly<Record<string, never>>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  /** Frees the session. Twice is an error of the runtime. */
  release(): Promise<void>;
}

/** The namespace of onnxruntime-node or onnxruntime-web. */
export interface Ort {
  /** Sessions, made of the bytes of a model. */
  readonly InferenceSession: {
    /** Reads a model, with options as the runtime takes them. */
    create(model: Uint8Array, options?: object): Promise<OrtSession>;
  };
  /** The runtime's own tensor. */
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OrtTensor;
    new (type: 'int32', data: Int32Array, dims: readonly number[]): OrtTensor;
    new (type: 'bool', data: Uint8Array, dims: readonly number[]): OrtTensor;
  };
}

/** An execution provider: its name, or an object with its options. Passed through. */
export type ExecutionProvider =
  | string
  | { readonly name: string }
  // What is written in place may have options of any name; the interfaces of ONNX Runtime fit the line above.
  | { readonly name: string; readonly [option: string]: unknown };

/**
 * Whether this is onnxruntime-node. Neither sign is enough: where both packages share one onnxruntime-common, the
 * versions of both stand in either's `env`; onnxruntime-react-native lists its backends, too.
 */
export function isNodeRuntime(ort: Ort): boolean {
  const { env, listSupportedBackends } = ort as {
    readonly env?: { readonly versions?: { readonly node?: unknown } };
    readonly listSupportedBackends?: unknown;
  };
  return typeof listSupportedBackends === 'function' && typeof env?.versions?.node === 'string';
}
