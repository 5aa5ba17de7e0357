// gpu.js as it must not be imported: where a bundler puts the exports of CommonJS differs.

/** Makes a GPU, or not. */
export async function create() {
  const { GPU } = await import('gpu.js');
  return new GPU();
}
