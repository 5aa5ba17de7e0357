// The default theme with the fonts of the device, and what it lacks for those who do not see the page.

import { onContentUpdated, type Theme } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import './style.css';

const ours: Theme = {
  extends: theme,
  setup() {
    // Every other layout has a main landmark.
    onContentUpdated(() => document.querySelector('.VPHome')?.setAttribute('role', 'main'));
  },
};

export default ours;
