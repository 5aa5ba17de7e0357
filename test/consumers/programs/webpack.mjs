// Builds main.js of this folder with webpack, without options but where things are: node webpack.mjs WEBPACK

const { default: webpack } = await import(process.argv[2]);

webpack(
  {
    mode: 'production',
    entry: './main.js',
    context: import.meta.dirname,
    output: { path: `${import.meta.dirname}/dist`, filename: 'main.js' },
  },
  (error, stats) => {
    if (!error && !stats.hasErrors()) return;
    console.error(error ?? stats.toString({ all: false, errors: true }));
    process.exitCode = 1;
  },
);
