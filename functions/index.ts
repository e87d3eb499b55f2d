/** The app's entry point: registers every function. Nothing here or below may throw at import (it would remove all functions). */
export {};
