// The page: starts the shell with every target that a browser can run.

import { render } from 'preact';
import { Shell } from './shell.tsx';
import { UnderstandView } from './understand/view.tsx';

render(<Shell device={<p>Your device</p>} understand={() => <UnderstandView />} />, document.getElementById('app')!);
