// The dashboard page: builds its parts and starts them.
import './no-eval.ts';
import { render } from 'lit-html';
import { createClient } from '../agent/protocol/client.ts';
import { openBridge } from './bridge/open-bridge.ts';
import { followSystemTheme } from './browser-theme.ts';
import { registerDurationPlot } from './charts/duration-plot.ts';
import { registerSeriesPlot } from './charts/series-plot.ts';
import { Controller } from './controller.ts';
import { registerControls } from './controls.ts';
import { FrameClock } from './frame-clock.ts';
import { openPageLink } from './page-link.ts';
import { pageContent, pageTitle } from './panels/page.ts';

function start(): void {
  const bridge = openBridge(window);
  if (bridge.place === 'browser') followSystemTheme(window);
  registerControls();
  registerDurationPlot(customElements);
  registerSeriesPlot(customElements);
  const root = document.getElementById('dashboard') ?? document.body;
  const controller = new Controller({
    bridge,
    client: createClient(bridge),
    frames: new FrameClock(window),
    link: openPageLink(window, bridge.place === 'browser'),
    render: (state, context) => {
      document.title = pageTitle(state);
      render(pageContent(state, context), root);
    },
  });
  controller.start();
}

start();
