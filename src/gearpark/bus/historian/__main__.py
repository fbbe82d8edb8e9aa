from gearpark.bus.historian.process import main

raise SystemExit(main())
