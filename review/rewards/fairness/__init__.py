"""Whether selection and pay treat groups alike: rates, exact and stratified tests, regression, dispersion."""
