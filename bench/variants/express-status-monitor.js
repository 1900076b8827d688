import statusMonitor from 'express-status-monitor'

// The defaults, named here because the module writes its counts into this array.
const spans = [
  { interval: 1, retention: 60 },
  { interval: 5, retention: 60 },
  { interval: 15, retention: 60 },
]

export const express = (app) => app.use(statusMonitor({ spans }))

export const seen = () => spans[2].responses.reduce((total, { count }) => total + count, 0)
