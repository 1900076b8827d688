/** The app alone. */
export {}
