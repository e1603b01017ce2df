// What the buttons say that open the form and the simulator. A file of its own: whoever opens neither does not
// load the words of either (panel-strings.ts).

const not_loaded = (reason: string) => `It did not load: ${reason}`;

export const DECIDE_DOOR = {
  private: 'Files that you choose stay in this browser. Nothing is sent.',
  not_loaded,
} as const;

export const SIMULATOR_DOOR = {
  private: 'Loads the board’s code and firmware from this site. Nothing is sent.',
  loading: 'Loading the board.',
  not_loaded,
} as const;
