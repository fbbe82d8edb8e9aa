"""Line models that answer in a second what an automated line will give.

Words: line model, study, run, replication, scenario, calibration, forecast, common random numbers.
Facts in: line types, states and counts from shopfloor; raw history from telemetry.
Facts out: forecasts for line boards, ranked improvements with pay-back (for investment).
"""
