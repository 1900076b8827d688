/** The app alone in a second process: how far two equal processes are apart. */
export {}
