"""Constants of nature and stoichiometry of the Hall-Heroult process."""

FARADAY_C_MOL = 96485.33212
GAS_J_MOLK = 8.314462618
KELVIN = 273.15

M_AL, M_AL2O3, M_ALF3, M_NAF = 26.98154, 101.96128, 83.97674, 41.98817
M_CRYOLITE, M_NA2O, M_CAO, M_CAF2, M_C = 209.94127, 61.97894, 56.0774, 78.07481, 12.011

AL_KG_PER_KAH = M_AL / (3 * FARADAY_C_MOL) * 3600.0  # 0.33557 kg of aluminium a kA h at efficiency 1
AL2O3_KG_PER_KG_AL = M_AL2O3 / (2 * M_AL)  # 1.8895
AL2O3_KG_PER_KAH = AL_KG_PER_KAH * AL2O3_KG_PER_KG_AL  # 0.63405
CARBON_KG_PER_KG_AL = 3 * M_C / (4 * M_AL)  # 0.3339 at efficiency 1

# 3 Na2O + 4 AlF3 -> 2 Na3AlF6 + Al2O3;  3 CaO + 2 AlF3 -> 3 CaF2 + Al2O3 (kg a kg of oxide)
SODA_ALF3 = 4 * M_ALF3 / (3 * M_NA2O)  # 1.807
SODA_CRYOLITE = 2 * M_CRYOLITE / (3 * M_NA2O)
SODA_AL2O3 = 1.0 + SODA_ALF3 - SODA_CRYOLITE
LIME_ALF3 = 2 * M_ALF3 / (3 * M_CAO)  # 0.998
LIME_CAF2 = M_CAF2 / M_CAO
LIME_AL2O3 = 1.0 + LIME_ALF3 - LIME_CAF2
FLUORINE_IN_ALF3 = 3 * 18.998403 / M_ALF3
FLUORINE_IN_CRYOLITE = 6 * 18.998403 / M_CRYOLITE
FLUORINE_IN_CAF2 = 2 * 18.998403 / M_CAF2

EMF_V = 1.65  # back-EMF of pseudo-resistance and normalised voltage
EMF_PRODUCTION_V = 0.481  # voltage equivalent of heat absorbed at efficiency 0
PRODUCTION_V_PER_CE = 1.648  # reaction 1.461 - .. alumina 0.187, carbon 0.044; see efficiency.production_v
CARBON_V_PER_CE = 0.044
KWH_PER_KG_PER_V = 1.0 / AL_KG_PER_KAH  # 2.98 kWh/kg a volt at efficiency 1
