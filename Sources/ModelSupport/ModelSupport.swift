// Sources of ModelSupport.
